"""Routers, one per resource."""

from fastapi import APIRouter

# Add the router of each resource; app.main mounts them all behind the API key.
routers: list[APIRouter] = []

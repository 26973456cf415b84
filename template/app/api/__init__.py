"""Routers, one per resource."""

from fastapi import APIRouter

# Add the router of each resource; app.main mounts all of them behind the API key.
routers: list[APIRouter] = []

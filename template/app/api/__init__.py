"""Routers, one per resource."""

from fastapi import APIRouter

# Include the router of each resource here; app.main mounts them all behind the API key.
router = APIRouter()

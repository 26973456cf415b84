"""Rows for tests, with defaults for what a test does not care about."""

from sqlalchemy.ext.asyncio import AsyncSession

from tests.sample import Widget


async def make_widget(session: AsyncSession, name: str = "bolt") -> Widget:
    widget = Widget(name=name)
    session.add(widget)
    await session.commit()
    return widget

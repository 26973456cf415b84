from pydantic import BaseModel, ConfigDict, JsonValue


class EventCreate(BaseModel):
    payload: dict[str, JsonValue]


class EventRead(EventCreate):
    model_config = ConfigDict(from_attributes=True)

    id: int

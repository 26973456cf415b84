from pydantic import BaseModel


class Shipment(BaseModel):
    id: int

"""Settings, by the API. What the program says of limits and consents is among the program's parts."""

from base64 import b64decode, b64encode
from typing import Any

from fastapi import Response

from app.core.brand import Brand, BrandInvalid
from hq.access.scopes import Scope
from hq.api.etags import asked_version, versioned
from hq.api.routing import Asked, Routes
from hq.brand.service import newest_brand, publish_brand, publishable
from hq.brand.worn import worn_by_themes
from hq.faults import Malformed
from hq.settings import service
from hq.settings.schemas import BrandAnswer, BrandAsked, BrandPublished, LanguagesAnswer, LanguagesAsked

routes = Routes("settings", "How head office wants things: the brand and the languages of its texts.")


@routes.get("/languages", needs=Scope.SETTINGS_READ, answers=LanguagesAnswer)
def read_languages(ask: Asked, response: Response) -> Any:
    """Read in which languages texts for members are wanted."""
    found = service.read_languages(ask.hq)
    versioned(response, found.version)
    return LanguagesAnswer.model_validate(found)


@routes.put("/languages", needs=Scope.SETTINGS_WRITE, answers=LanguagesAnswer, faults=(409,))
def put_languages(ask: Asked, asked: LanguagesAsked, response: Response) -> Any:
    """Say in which languages texts for members are wanted."""
    found = service.change_languages(
        ask.hq, ask.actor, tuple(asked.languages), version=asked_version(ask.request)
    )
    versioned(response, found.version)
    return LanguagesAnswer.model_validate(found)


@routes.get("/brand", needs=Scope.SETTINGS_READ, answers=BrandAnswer)
def read_brand(ask: Asked) -> Any:
    """Read how stations look, or are about to."""
    return BrandAnswer(**_said(newest_brand(ask.hq)))


@routes.post("/brand/check", needs=Scope.SETTINGS_READ, answers=BrandAnswer, status=200)
def check_brand(ask: Asked, asked: BrandAsked) -> Any:
    """Say how a brand would be worn: its colour is corrected where it could not be seen. Nothing is changed."""
    return BrandAnswer(**_said(_brand(asked)))


@routes.put("/brand", needs=Scope.SETTINGS_WRITE, answers=BrandPublished, is_versioned=False)
def put_brand(ask: Asked, asked: BrandAsked) -> Any:
    """Let stations look like this from their next sync on."""
    brand = _brand(asked)
    version = publish_brand(ask.hq, brand, actor=ask.actor)
    return BrandPublished(version=version, **_said(brand))


def _brand(asked: BrandAsked) -> Brand:
    try:
        logo = b64decode(asked.logo, validate=True)
        return publishable(Brand(asked.name, asked.color, logo, asked.portal, asked.is_white_label))
    except BrandInvalid as problem:
        raise Malformed(str(problem)) from problem
    except ValueError as problem:
        raise Malformed("The logo is not Base64.") from problem


def _said(brand: Brand) -> dict[str, Any]:
    return {
        "name": brand.name,
        "color": brand.color,
        "portal": brand.portal,
        "is_white_label": brand.is_white_label,
        "logo": b64encode(brand.logo).decode("ascii"),
        "worn": [each.__dict__ for each in worn_by_themes(brand)],
    }

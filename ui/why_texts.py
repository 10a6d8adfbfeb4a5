"""The reasons that a manager can give, in words."""

from app.core.approvals import Why
from ui.i18n import _


def why(reason: Why) -> str:
    """Return a reason as it is read."""
    return {
        Why.WRONG_MEMBER: _("Wrong member"),
        Why.WRONG_AMOUNT: _("Wrong amount"),
        Why.WRONG_OFFER: _("Wrong offer"),
        Why.CHANGED_MIND: _("Changed their mind"),
        Why.GOODS_FAULTY: _("Goods were faulty"),
        Why.GOODWILL: _("Goodwill"),
        Why.PROMISED: _("It was promised"),
        Why.PIN_FORGOTTEN: _("The PIN was forgotten"),
        Why.PIN_OF_ANOTHER: _("Somebody else typed it"),
        Why.PIN_KNOWN: _("Somebody else knows it"),
        Why.LEFT: _("Works here no more"),
        Why.DAY_CHECKED: _("The day is as it should be"),
        Why.DAY_DIFFERS: _("Something differs and is looked into"),
        Why.NEW_DEVICE: _("A new station comes"),
        Why.NOT_WORKING: _("Something does not work"),
        Why.TO_SEE: _("To see the manager's pages"),
    }[reason]

"""What a person types to sign in and about her own account: allauth's forms with our words.

allauth decides what is right; the labels, hints and sentences are ours, so that none of its words reach a page.
"""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as second
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as key
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base.forms import EmailField, Text
from people import rules

SHORTEST_PASSWORD = _("At least 12 characters. Three or four words of your own are easy to remember and hard to guess.")
CODE = _("Write the code.")


class OurWords(forms.Form):
    """Gives the fields of a form our words: {field: (label, hint or None, what is said when nothing is written)}.

    A hint of None leaves the field's own, which is a link of ours or nothing.
    """

    words: ClassVar[dict[str, tuple[Text, Text | None, Text]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name in ("email", "login"):
            if name in self.fields:
                self.fields[name] = AddressField()
        for name, (label, hint, empty) in self.words.items():
            field: Any = self.fields[name]
            field.label = label
            field.error_messages["required"] = empty
            if hint is not None:
                field.help_text = hint
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class AddressField(EmailField):
    """An address in small letters, as allauth keeps it."""

    def clean(self, value: Any) -> Any:
        return str(super().clean(value)).lower()


class TwoPasswords(OurWords):
    """A new password, written twice."""

    def clean(self) -> dict[str, Any] | None:
        facts = super().clean()
        if self.has_error("password2") and self.data.get("password2"):
            sentence = _("The two passwords are not the same.")
            self.errors["password2"] = self.error_class([str(sentence)], renderer=self.renderer)
        return facts


# ---------- A code by e-mail ----------


class RequestCodeForm(OurWords, account.RequestLoginCodeForm):
    """The address to send a code to; the person behind it has it as the main or as a confirmed address."""

    def clean_email(self) -> str:
        """allauth's limits, and our rule for who is meant: an address that somebody only claims leads nowhere."""
        address = rules.tidy_address(super().clean_email())
        person = rules.find_person(address)
        self._user = person if person and person.is_active and not person.is_guest else None
        return address


class ConfirmCodeForm(OurWords, account.ConfirmLoginCodeForm):
    """The code in the letter."""

    words: ClassVar = {"code": (_("Code"), _("As it stands in the letter. Capitals make no difference."), CODE)}


class ConfirmAddressForm(OurWords, account.ConfirmEmailVerificationCodeForm):
    """The code that shows that an address is one's own."""

    words: ClassVar = ConfirmCodeForm.words

    def clean_code(self) -> str:
        """allauth's code, and our rule for whose an address is: a guest has it for whoever proves it to be hers."""
        code = str(super(account.ConfirmEmailVerificationCodeForm, self).clean_code())
        if rules.why_not_confirm_address(self.user, self.email):
            raise get_adapter().validation_error("email_taken")
        return code


class ConfirmResetForm(OurWords, account.ConfirmPasswordResetCodeForm):
    """The code that lets one choose a new password."""

    words: ClassVar = ConfirmCodeForm.words


# ---------- Passwords ----------


class LoginForm(OurWords, account.LoginForm):
    """An address and a password."""

    words: ClassVar = {"password": (_("Password"), None, _("Write your password."))}


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    """The password once more."""

    words: ClassVar = LoginForm.words


class ResetPasswordForm(OurWords, account.ResetPasswordForm):
    """The address to send a code to, with which a new password is chosen."""


NEW_PASSWORDS: dict[str, tuple[Text, Text | None, Text]] = {
    "password1": (_("New password"), SHORTEST_PASSWORD, _("Write a new password.")),
    "password2": (_("The new password once more"), None, _("Write the password once more.")),
}


class ChoosePasswordForm(TwoPasswords, account.ResetPasswordKeyForm):
    """A new password instead of a forgotten one."""

    words: ClassVar = NEW_PASSWORDS


class SetPasswordForm(TwoPasswords, account.SetPasswordForm):
    """The first password."""

    words: ClassVar = NEW_PASSWORDS


class ChangePasswordForm(TwoPasswords, account.ChangePasswordForm):
    """A new password instead of the one that one knows."""

    words: ClassVar = {
        "oldpassword": (_("The password you have now"), None, _("Write the password you have now.")),
        **NEW_PASSWORDS,
    }


# ---------- One's addresses ----------


class AddAddressForm(OurWords, account.AddEmailForm):
    """One more address."""


class ChangeAddressForm(OurWords, account.ChangeEmailForm):
    """Another address than the one that a code went to."""


# ---------- The second step ----------

NOT_KNOWN = _("That passkey is not one that Helmi knows. Try another, or sign in in another way.")
NOT_CONFIRMED = _("Your device did not confirm. Try once more.")


class SecondStepForm(OurWords, second.AuthenticateForm):
    """A code from the app, or a recovery code."""

    words: ClassVar = {"code": (_("Code"), None, CODE)}


class SecondStepAgainForm(OurWords, second.ReauthenticateForm):
    """The same, from someone who is signed in."""

    words: ClassVar = SecondStepForm.words


class ActivateAppForm(OurWords, app.ActivateTOTPForm):
    """The first code from the app."""

    words: ClassVar = {"code": (_("Code from the app"), None, _("Write the six digits that the app shows."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddKeyForm(OurWords, key.AddWebAuthnForm):
    """What a new passkey or security key is called, and whether it is enough by itself."""

    show_optional = False  # a name stands there already, and the box is a choice
    words: ClassVar = {
        "name": (_("Name of the key"), None, _("Write a name.")),
        "credential": ("", None, NOT_CONFIRMED),
        "passwordless": (
            _("Sign in with this key alone"),
            _("The key then asks for your fingerprint, your face or its code, and you need nothing else."),
            "",
        ),
    }


class RenameKeyForm(OurWords, key.EditWebAuthnForm):
    """What a key is called."""

    words: ClassVar = {"name": (_("Name of the key"), None, _("Write a name."))}


class KeyForm(OurWords):
    """A key that shows who one is; says it in a sentence about keys when it does not."""

    words: ClassVar = {"credential": ("", None, NOT_CONFIRMED)}

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # the form that this stands before has it
        except ValidationError as refused:
            if refused.code == "incorrect_code":
                raise ValidationError(NOT_KNOWN, code="unknown_key") from None
            raise


class SignInByKeyForm(KeyForm, key.LoginWebAuthnForm):
    """A passkey instead of a code or a password."""


class SecondStepKeyForm(KeyForm, key.AuthenticateWebAuthnForm):
    """A key as the second step."""


class KeyAgainForm(KeyForm, key.ReauthenticateWebAuthnForm):
    """The same, from someone who is signed in."""

"""What a person may type about people, organisations, roles and regions, and to sign in; one module per subject."""

from people.forms.common import NamesForm, OrganisationField, initial_of, phone_field, tree
from people.forms.imports import ImportForm
from people.forms.organisations import (
    ContactDetailsForm,
    ContactForm,
    MoveForm,
    OrganisationEditForm,
    OrganisationForm,
    RenameForm,
)
from people.forms.persons import (
    SHORTEST_SEARCH,
    EmployForm,
    EmploymentEditForm,
    LastDayForm,
    OwnForm,
    PeopleFilter,
    PersonEditForm,
    PersonForm,
)
from people.forms.regions import PARTS, ClosedPeriodForm, RegionForm, TakePartForm
from people.forms.roles import RoleForm, RolesFilter

__all__ = [
    "PARTS",
    "SHORTEST_SEARCH",
    "ClosedPeriodForm",
    "ContactDetailsForm",
    "ContactForm",
    "EmployForm",
    "EmploymentEditForm",
    "ImportForm",
    "LastDayForm",
    "MoveForm",
    "NamesForm",
    "OrganisationEditForm",
    "OrganisationField",
    "OrganisationForm",
    "OwnForm",
    "PeopleFilter",
    "PersonEditForm",
    "PersonForm",
    "RegionForm",
    "RenameForm",
    "RoleForm",
    "RolesFilter",
    "TakePartForm",
    "initial_of",
    "phone_field",
    "tree",
]

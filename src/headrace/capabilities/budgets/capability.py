"""The one declaration of what budgets offers."""

from datetime import timedelta

from headrace.capabilities.budgets import flows, operations
from headrace.capabilities.budgets.model import BudgetSet, Eased, Exceeded, Overran
from headrace.capabilities.people.model import PeopleOnly
from headrace.kernel.capability import Capability, Permission, Schedule

CAPABILITY = Capability(
    name="budgets",
    operations=operations.OPERATIONS,
    events=(BudgetSet, Exceeded, Eased, Overran),
    flows=(flows.RENEW,),
    schedules=(Schedule(name="budgets.renew", flow=flows.RENEW.name, every=timedelta(days=1)),),
    permissions=(
        Permission(name=operations.READ, summary="See budgets, what is held and what was used"),
        Permission(name=operations.SET, summary="Set the most that a scope may use"),
    ),
    migrations="headrace.capabilities.budgets.migrations",
    declares=(PeopleOnly(permission=operations.SET),),
)

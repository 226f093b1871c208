"""Starts and makes summaries of datasets."""

from auth.model import Principal
from data import store
from jobs.model import JobContext
from problems import NotFound
from service import Service

KIND = "dataset.summary"
RECORDS_AT_ONCE = 5_000


def start(service: Service, principal: Principal, dataset_id: str) -> str:
    """Enqueue the job and return its id."""
    with service.database.write() as connection:
        if store.dataset(connection, principal.tenant_id, dataset_id) is None:
            raise NotFound(f"There is no dataset {dataset_id!r}.")
        payload = {"dataset_id": dataset_id}
        return service.jobs.enqueue(connection, KIND, payload, tenant_id=principal.tenant_id)


def summarise(service: Service, context: JobContext) -> None:
    """Count the empty values of each column, page by page."""
    dataset_id = context.job.payload["dataset_id"]
    empty: dict[str, int] = {}
    seen = 0
    with service.database.replica() as connection:
        while page := store.page(connection, dataset_id, after=seen, limit=RECORDS_AT_ONCE):
            for record in page:
                for name, value in record.values.items():
                    empty[name] = empty.get(name, 0) + (value is None)
            seen = page[-1].number
            context.keep_alive()
    context.finish_with({"records": seen, "empty": empty})

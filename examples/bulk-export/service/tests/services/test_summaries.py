from app import workers_of


def test_a_summary_counts_every_record_and_the_empty_values(web, service, anna):
    started = web.post("/api/v2/datasets/orders/summary", headers=anna)
    assert started.status_code == 202
    workers_of(service).run_one()
    job = web.get(f"/api/v2/jobs/{started.json()['jobId']}", headers=anna).json()
    assert job["status"] == "done"
    assert job["result"]["records"] == 250
    assert job["result"]["empty"]["note"] == 31


def test_nobody_summarises_another_customers_dataset(web, bella):
    assert web.post("/api/v2/datasets/orders/summary", headers=bella).status_code == 404

"""Who asks, behind a proxy: what it reports is believed only where the settings say that one is there."""

import pytest
from flask import request

from procurement import create_app


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_the_address_a_proxy_reports_counts_only_if_it_is_trusted(settings, proxies, address):
    app = create_app(settings.model_copy(update={"trusted_proxies": proxies}))
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/static/none", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}).close()
    assert seen == [address]

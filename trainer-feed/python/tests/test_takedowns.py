from contextlib import closing

import pytest

from pairstream.platform.takedowns import Takedowns, keys_of


@pytest.mark.parametrize(
    "url, host",
    [
        ("https://Example.ORG./a.jpg", "example.org"),
        ("http://bücher.example:80/x?y", "xn--bcher-kva.example"),
        ("https://[2001:DB8::1]:8443/", "[2001:db8:0:0:0:0:0:1]"),
        ("https://127.0.0.1/", "127.0.0.1"),
        ("https://user:secret@example.org/", "example.org"),
    ],
)
def test_a_pair_falls_under_the_host_of_its_url(url, host):
    pair = dict(pair_id="1", image_digest="2", contributor="3", producer="4", source_kind="scrape", url=url)
    assert keys_of(pair) == ("PAIR/1", "IMAGE/2", "CONTRIBUTOR/3", "PRODUCER/4", "SOURCE/scrape", f"SOURCE/{host}")


@pytest.mark.parametrize("url", ["", "no address", "https://[1:2/", "https:///a"])
def test_what_names_no_host_falls_under_none(url):
    assert keys_of(dict(pair_id="1", url=url)) == ("PAIR/1",)


def test_a_models_refusal_withdraws_nothing(dataset):
    dataset.take_down("REFUSAL", "7")
    dataset.take_down("REFUSAL", "PAIR/8")
    dataset.take_down("PAIR", "9")

    with closing(Takedowns(dataset.source().cluster, f"{dataset.name}.takedowns")) as takedowns:
        assert len(takedowns) == 1 and takedowns.any_holds(["PAIR/9"])
        assert takedowns.version == 1
        assert not takedowns.any_holds(["PAIR/7"])

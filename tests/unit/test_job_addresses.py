"""Where a webhook may lead: addresses under every spelling, names that change, certificates."""

import socket
import ssl

import pytest
from certificates import certified
from webhook_receiver import KEY

from ringleader.errors import DeliveryFailed
from ringleader.jobs import notify
from ringleader.jobs.addresses import refusal

REFUSED = """
169.254.169.254 169.254.170.2 2852039166 0xA9FEA9FE 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376
169.16689662 [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe] [2002:a9fe:a9fe::1]
[fd00:ec2::254] [fe80::1] 100.100.100.200 168.63.129.16 0.0.0.0 0 [::] 224.0.0.1 [ff02::1]
255.255.255.255
"""
PRIVATE = """
10.0.0.1 10.1 0x0a000001 012.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 192.168.257 100.64.0.1
[fc00::1] [fd12:3456::1] [::ffff:10.0.0.1] [64:ff9b::a00:1] [2002:a00:1::] 198.18.0.1 192.0.2.1
"""
THIS_MACHINE = """
127.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 127.0.0.1.nip.example [::ffff:127.0.0.1]
[::ffff:7f00:1] [64:ff9b::7f00:1] LOCALHOST. 127.000.000.001
"""
PUBLIC = "1.1.1.1 8.8.8.8 [2606:4700:4700::1111] 64.233.160.0"


def address_of(host):
    """What the system makes of a host, as a connection would."""
    names = {"127.0.0.1.nip.example": "127.0.0.1", "LOCALHOST.": "127.0.0.1"}
    bare = names.get(host, host).strip("[]")
    return socket.getaddrinfo(bare, 443, type=socket.SOCK_STREAM)[0][4][0]


@pytest.mark.parametrize(
    ("hosts", "private", "taken"),
    [
        (REFUSED, True, False),
        (PRIVATE, False, False),
        (PRIVATE, True, True),
        (THIS_MACHINE, True, False),
        (PUBLIC, False, True),
    ],
)
def test_what_counts_is_where_an_address_leads_however_it_is_written(hosts, private, taken):
    for host in hosts.split():
        why = refusal(address_of(host), private=private, loopback=False)
        assert (why is None) == taken, host


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])
def test_this_machine_under_another_spelling_gets_nothing(receiver, host):
    url = f"http://{host}:{receiver.server_port}/hook"
    with pytest.raises(DeliveryFailed, match="this machine; write it as localhost"):
        notify.deliver(url, KEY, "msg_1", {}, 5.0, 3)
    with pytest.raises(DeliveryFailed, match="is not notified"):
        notify.deliver("https://169.254.169.254/latest", KEY, "msg_1", {}, 5.0, 3, private=True)
    assert receiver.taken == []


def test_a_name_that_leads_elsewhere_a_moment_later_gets_nothing(receiver, monkeypatch):
    """The check asks for the name, and the connection asks again."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host, port, *args, **kwargs):
        asked.append(host)
        public = host == "hooks.example" and len(asked) == 1
        return real("1.1.1.1" if public else "127.0.0.1", port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(DeliveryFailed, match=r"its address is 127\.0\.0\.1"):
        notify.deliver(
            f"http://hooks.example:{receiver.server_port}/", KEY, "msg_1", {}, 5.0, 1, private=True
        )
    assert len(asked) >= 2 and receiver.taken == []


def test_a_receiver_whose_certificate_nobody_vouches_for_gets_nothing(receiver, tmp_path):
    _, made, key = certified(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    with pytest.raises(DeliveryFailed, match="SSLError"):
        notify.deliver(f"https://localhost:{receiver.server_port}/hook", KEY, "msg_1", {}, 5.0, 1)
    assert receiver.taken == []

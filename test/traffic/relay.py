#!/usr/bin/env python3
"""A bad road between two tunnel interfaces: it delays, loses, doubles and reorders packets of IP.

    relay.py LEFT RIGHT MTU DELAY_MS LOSS_PERCENT DOUBLE_PERCENT LATE_PERCENT LATE_MS SEED

Makes the interfaces LEFT and RIGHT, which may be moved to other network namespaces, and says `ready`. Each packet that comes out
of one goes into the other after DELAY_MS; LATE_PERCENT of them up to LATE_MS later than that. Ends when its standard input does, and
says how many packets it passed on, lost, doubled and delayed.
"""
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
MOST_WAITING = 200_000


def open_tunnel(name):
    tunnel = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tunnel, TUNSETIFF, struct.pack('16sH', name.encode(), IFF_TUN | IFF_NO_PI))
    return tunnel


def main():
    left, right = sys.argv[1:3]
    mtu = int(sys.argv[3])
    delay, loss, double, late, late_by = (float(text) for text in sys.argv[4:9])
    dice = random.Random(int(sys.argv[9]))
    ends = [open_tunnel(left), open_tunnel(right)]
    print('ready', flush=True)
    waiting = []
    counts = {'passed': 0, 'lost': 0, 'doubled': 0, 'late': 0, 'refused': 0}
    order = 0
    poll = select.poll()
    for end in [*ends, 0]:
        poll.register(end, select.POLLIN)
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, end, packet = heapq.heappop(waiting)
            try:
                os.write(end, packet)
                counts['passed'] += 1
            except OSError:
                counts['refused'] += 1
        pause = max(0, (waiting[0][0] - now) * 1000) if waiting else 1000
        for ready, _ in poll.poll(pause):
            if ready == 0:
                if not os.read(0, 1024):
                    print(counts, flush=True)
                    return
                continue
            other = ends[1] if ready == ends[0] else ends[0]
            for _ in range(64):
                try:
                    packet = os.read(ready, mtu + 64)
                except OSError:
                    break
                if dice.random() * 100 < loss or len(waiting) > MOST_WAITING:
                    counts['lost'] += 1
                    continue
                copies = 1
                if dice.random() * 100 < double:
                    counts['doubled'] += 1
                    copies = 2
                for _ in range(copies):
                    due = time.monotonic() + delay / 1000
                    if dice.random() * 100 < late:
                        counts['late'] += 1
                        due += dice.random() * late_by / 1000
                    order += 1
                    heapq.heappush(waiting, (due, order, other, packet))


main()

"""A stream's rate follows its size, the link, its client's reports and the encoder's speed."""

from __future__ import annotations

import math

from gateway.server.display.stream_rate import FIRST_LATENCY, MOST_LATENCY, StreamRate
from gateway.spice.enums import VideoCodecType
from gateway.spice.messages.display import StreamReport

HD = 1280 * 720


def report(*, frames: int = 5, drops: int = 0, delay: int = 50) -> StreamReport:
    return StreamReport(0, 1, 0, 100, frames, drops, delay, 0)


def test_video_of_720p_gets_five_megabits_where_the_link_has_them() -> None:
    rate = StreamRate(HD, 1 / 30, VideoCodecType.VP8)
    rate.on_link(math.inf, 1)
    assert 4_500_000 < rate.bit_rate < 5_500_000


def test_frames_that_refer_to_no_other_get_what_they_need_to_look_as_good() -> None:
    small = 640 * 360
    rate, alone = (StreamRate(small, 1 / 30, codec) for codec in (VideoCodecType.VP8, VideoCodecType.MJPEG))
    for one in (rate, alone):
        one.on_link(math.inf, 1)
    assert 4 < alone.bit_rate / rate.bit_rate < 6
    alone.on_link(250_000, 1)
    assert alone.bit_rate < 2_000_000


def test_streams_share_the_link() -> None:
    rate = StreamRate(HD, 1 / 30, VideoCodecType.VP8)
    rate.on_link(250_000, 1)
    alone = rate.bit_rate
    assert alone < 2_000_000
    rate.on_link(250_000, 2)
    assert rate.bit_rate == alone // 2


def test_lost_frames_lower_the_rate_and_their_absence_raises_it_again() -> None:
    rate = StreamRate(HD, 1 / 30, VideoCodecType.VP8)
    before = rate.bit_rate
    rate.on_report(report(drops=3))
    lowered = rate.bit_rate
    assert lowered < before
    for _ in range(20):
        rate.on_report(report())
    assert rate.bit_rate == before


def test_late_frames_are_given_more_time_up_to_a_bound() -> None:
    rate = StreamRate(HD, 1 / 30, VideoCodecType.VP8)
    rate.on_report(report(delay=-60))
    assert rate.latency >= FIRST_LATENCY + 60
    for _ in range(100):
        rate.on_report(report(delay=-(2**31)))
    assert rate.latency == MOST_LATENCY
    for _ in range(5000):
        rate.on_report(report(delay=900))
    assert rate.latency == FIRST_LATENCY


def test_few_bits_make_fewer_frames() -> None:
    rate = StreamRate(HD, 1 / 30, VideoCodecType.VP8)
    assert rate.least_interval < 1 / 60
    rate.on_link(10_000, 1)
    assert 1 / 20 < rate.least_interval <= 1 / 5


def test_slow_encoder_does_not_take_the_whole_core() -> None:
    rate = StreamRate(HD, 1 / 30, VideoCodecType.VP8)
    for _ in range(100):
        rate.on_encoded(0.035)
    assert 0.049 < rate.least_interval < 0.051

"""The sound of the convolution page: a WAV in, numbers read from the screen, the matrix hovered, what is heard."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, Page, expect
from scipy.io import wavfile

from core.signal.sound import generate
from tests.browser.conftest import App, open_page, settle

pytestmark = pytest.mark.browser

ADDRESS = "/convolution?convolution_view=Sound"
TAPS = [1.0, 0.0, -0.5]


def show(page: Page, **settings: str) -> None:
    """Open the view; settings: `filter="Own taps"` and so on, as links have them."""
    more = "".join(f"&convolution_sound_{name}={value.replace(' ', '+')}" for name, value in settings.items())
    page.goto(ADDRESS + more)
    drawn = page.locator("canvas.matrix" if settings.get("part") == "Matrix" else "canvas.waves")
    expect(drawn).to_be_visible(timeout=120_000)  # the first page waits until torch is imported
    settle(page, "Convolution")


def upload(page: Page, content: bytes, name: str, folder: Path) -> None:
    file = folder / name
    file.write_bytes(content)
    page.locator(".st-key-convolution_sound_first").get_by_role("button", name="Own").click()
    page.locator(".st-key-convolution_sound_upload input[type=file]").set_input_files(file)


def wav(samples: NDArray[np.generic], rate: int = 16_000) -> bytes:
    file = io.BytesIO()
    wavfile.write(file, rate, samples)
    return file.getvalue()


def number(text: str) -> float:
    return float(text.strip("()").replace("−", "-").replace(",", ""))


def result(page: Page) -> float:
    """The result that the equation's line tells."""
    return number(page.locator(".line-result").inner_text())


def middle(place: Locator, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def test_a_wav_is_read_filtered_and_its_numbers_stand_on_the_screen(page: Page, tmp_path: Path) -> None:
    samples = np.random.default_rng(11).uniform(-0.9, 0.9, 4000).astype(np.float32)
    show(page, filter="Own taps")
    upload(page, wav(np.stack([samples, samples], 1)), "mine.wav", tmp_path)
    expect(page.get_by_text("mine.wav is stereo: the mean of its channels is used.")).to_be_visible()
    expect(page.get_by_text("not in the link")).to_be_visible()
    expect(page.locator(".sound-foot")).to_contain_text("4,000 + 3 − 1 = 4,002")
    page.keyboard.press("Escape")
    page.locator("canvas.waves").focus()
    page.keyboard.press("Home")
    y = np.convolve(samples, TAPS)
    for at in range(4):
        expect(page.locator(".line-name")).to_have_text(f"y[{at}]")
        assert result(page) == pytest.approx(y[at], abs=0.006)
        page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    expect(page.locator(".line-name")).to_have_text("y[4,001]")
    assert result(page) == pytest.approx(y[-1], abs=0.006)


def test_files_that_are_no_wav_leave_the_picture_and_one_sentence(page: Page, tmp_path: Path) -> None:
    show(page)
    foot = page.locator(".sound-foot").inner_text()
    upload(page, b"ID3 no wav", "song.wav", tmp_path)
    alert = page.locator(".st-key-convolution_sound_second").get_by_role("alert")
    expect(alert).to_have_text("song.wav is an MP3 file, whatever its name ends in: save it as WAV, 16-bit PCM.")
    assert page.locator(".sound-foot").inner_text() == foot


def test_hovering_the_matrix_lights_a_row_and_adds_it_up(page: Page) -> None:
    show(page, part="Matrix", filter="Difference", mode="full")
    expect(page.locator(".matrix-words .right")).to_contain_text("W x equals convolve")
    page.mouse.move(*middle(page.locator("canvas.matrix"), down=0.5))
    name = page.locator(".line-name")
    expect(name).to_have_text(re.compile(r"y\[\d+\]"))
    row = int(re.sub(r"\D", "", name.inner_text()))
    x = generate("voice").samples[8000:8016]
    y = np.convolve(x, [1, -1])
    assert 4 < row < 13
    assert result(page) == pytest.approx(float(y[row]), abs=6e-4)
    page.get_by_role("button", name="Transpose W").click()
    expect(page.locator(".matrix-words .right")).to_contain_text("transposed convolve")
    page.locator("canvas.matrix").focus()
    page.keyboard.press("Home")
    expect(name).to_have_text("z[0]")
    assert result(page) == pytest.approx(float(y[0] - y[1]), abs=6e-4)


def test_a_tone_above_4_khz_is_heard_folded_down(page: Page) -> None:
    show(page, part="Half rate", tone="5000")
    expect(page.locator(".sound-foot")).to_contain_text("8,000 − 5,000 = 3,000 Hz")
    chart = page.locator("canvas.spectrum")
    told = page.locator(".spectrum-told")
    page.mouse.move(*middle(chart))
    expect(told).to_contain_text("Hz: 16 kHz")
    chart.focus()
    here = number(told.inner_text().split(" Hz: ")[0])
    for _ in range(round(abs(3000 - here) / 15.625)):  # an arrow goes one line of the spectrum on
        page.keyboard.press("ArrowRight" if here < 3000 else "ArrowLeft")
    expect(told).to_contain_text("3,000 Hz: ")
    before, after = re.findall(r"kHz (?:below )?(\S+)", told.inner_text())
    assert number(before) < -60
    assert number(after) == pytest.approx(-6, abs=0.3)
    page.locator(".st-key-convolution_sound_before label").first.click()
    expect(page.locator(".sound-foot")).to_contain_text("one convolution of stride 2")


def test_a_dragged_bar_is_in_the_taps_and_in_the_link(page: Page, app: App, browser: Browser) -> None:
    show(page, filter="Own taps")
    bars = page.locator("canvas.taps")
    page.mouse.move(*middle(bars))
    page.mouse.down()
    page.mouse.move(*middle(bars, down=0.3), steps=5)
    page.mouse.up()
    field = page.locator(".st-key-convolution_sound_own input")
    expect(field).to_have_value(re.compile(r"1, 0\.\d+, -0\.5"))
    page.get_by_role("button", name="Samples", exact=True).click()
    page.locator("canvas.waves").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"convolution_sound_at=\d+-\d+\.1-\d+"))
    line = page.locator(".line-text").inner_text()
    other, errors = open_page(browser, app)
    other.goto(page.url)
    expect(other.locator(".line-text")).to_have_text(line)
    expect(other.locator(".st-key-convolution_sound_own input")).to_have_value(field.input_value())
    other.context.close()
    assert not errors


def test_both_are_heard_at_the_same_place_and_all_fits_the_screen(page: Page) -> None:
    show(page)
    play = page.locator(".ears-play")
    page.get_by_role("checkbox", name="Loop").check()
    play.click()
    expect(play).to_have_text(re.compile("Stop"))
    page.get_by_role("button", name="Before", exact=True).click()
    expect(page.get_by_role("button", name="Before", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".ears-note")).to_contain_text("after 0.6 dB softer")
    page.get_by_role("checkbox", name="Equally loud").uncheck()
    expect(page.locator(".ears-note")).to_have_text("Played as drawn.")
    play.click()
    expect(play).to_have_text(re.compile("Play"))
    prompts = page.locator(".convlens-try").bounding_box()
    assert prompts is not None
    assert prompts["y"] + prompts["height"] <= 720

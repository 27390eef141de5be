import numpy as np
import pytest

from callcoach.asr.wideband import FILL_RMS, fed_rate_hz, widen


@pytest.mark.parametrize("frequency_hz", [300, 1000, 3000, 3400])
def test_the_telephone_band_is_kept(frequency_hz):
    narrow = 8000 * np.sin(2 * np.pi * frequency_hz * np.arange(8000) / 8000)
    wide = widen(narrow.astype(np.int16), 8000)
    expected = 8000 * np.sin(2 * np.pi * frequency_hz * np.arange(16000) / 16000)
    assert (fed_rate_hz(8000), len(wide)) == (16000, 16000)
    inner = slice(100, -100)
    assert np.abs(wide[inner] - expected[inner]).max() < 8000 * 0.03 + 6 * FILL_RMS


def test_the_upper_band_holds_the_noise_and_nothing_else():
    narrow = np.random.default_rng(1).normal(0, 3000, 80_000)
    spectrum = np.fft.rfft(narrow)
    spectrum[30_000:] = 0  # a telephone line ends at 3 kHz here
    wide = widen(np.fft.irfft(spectrum).astype(np.int16), 8000)
    power = np.abs(np.fft.rfft(wide)) ** 2
    upper_rms = np.sqrt(2 * power[50_000:].sum() / len(wide) ** 2)
    assert upper_rms == pytest.approx(FILL_RMS * np.sqrt(3 / 8), rel=0.2)


def test_the_same_sound_gives_the_same_samples():
    sound = np.random.default_rng(2).integers(-3000, 3000, 5000).astype(np.int16)
    assert np.array_equal(widen(sound, 8000), widen(sound, 8000))


def test_sixteen_kilohertz_keep_their_samples_but_for_the_noise():
    sound = np.random.default_rng(3).integers(-3000, 3000, 5000).astype(np.int16)
    wide = widen(sound, 16000)
    assert fed_rate_hz(16000) == 16000
    assert np.std(wide.astype(float) - sound) == pytest.approx(FILL_RMS, rel=0.1)


@pytest.mark.parametrize("length", [0, 1, 2, 31])
def test_tiny_and_full_scale_sound(length):
    wide = widen(np.full(length, 32767, np.int16), 8000)
    assert len(wide) == 2 * length
    assert not length or wide.min() > 32000

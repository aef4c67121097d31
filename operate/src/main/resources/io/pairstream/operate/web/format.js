// Numbers, bytes, durations and times as people read them. What is not known is a dash, never 0.

const UNKNOWN = "–";

const DURATIONS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

/** As the service writes them in English; other languages have their own way. */
const SHORT_UNITS = { day: "d", hour: "h", minute: "min", second: "s", millisecond: "ms", byte: "B" };

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export class Format {
  #language;
  #formats = new Map();

  constructor(language) {
    this.#language = language;
  }

  /** 1204 → 1,204. */
  number(value, digits = 0) {
    return this.#known(value, { maximumFractionDigits: digits });
  }

  /** 1234567 → 1.2M, for places where a long number would not fit. */
  compact(value) {
    return Math.abs(value) < 10_000
      ? this.number(value, Math.abs(value) < 10 ? 1 : 0)
      : this.#known(value, { notation: "compact", maximumFractionDigits: 1 });
  }

  /** 12.345 → 12.3/s. */
  rate(value) {
    const digits = [0.1, 1, 100].filter((limit) => Math.abs(value) < limit).length;
    return isKnown(value) ? `${this.number(value, digits)}/s` : UNKNOWN;
  }

  /** 3100000 → 3.1 MB. */
  bytes(value) {
    let step = 0;
    let left = value;
    while (Math.abs(left) >= 999.5 && step < BYTES.length - 1) {
      left /= 1_000;
      step++;
    }
    return this.#unit(BYTES[step], left, step === 0 || left >= 100 ? 0 : 1);
  }

  /** Seconds → 0.4 ms, 850 ms, 12.3 s, 4 min 10 s, 3 h 5 min, 2 d 4 h. */
  duration(seconds) {
    if (!isKnown(seconds) || seconds === 0 || Math.abs(seconds) >= 1) {
      return Math.abs(seconds) >= 60 ? this.#long(Math.round(seconds)) : this.#unit("second", seconds, Math.abs(seconds) < 10 ? 1 : 0);
    }
    return this.milliseconds(seconds * 1_000);
  }

  #long(seconds) {
    const first = DURATIONS.findIndex(([, length]) => seconds >= length);
    const [[unit, length], [rest, part]] = DURATIONS.slice(first);
    const more = Math.floor((seconds % length) / part);
    const parts = [this.#unit(unit, Math.floor(seconds / length)), more > 0 && this.#unit(rest, more)];
    return parts.filter(Boolean).join(" ");
  }

  milliseconds(value) {
    const digits = [0.1, 10].filter((limit) => Math.abs(value) < limit).length;
    return Math.abs(value) >= 1_000 ? this.duration(value / 1_000) : this.#unit("millisecond", value, digits);
  }

  /** 0.031 → 3.1%. */
  share(value) {
    return this.#known(value, { style: "percent", maximumFractionDigits: value < 0.1 ? 1 : 0 });
  }

  /** A time of today as 17:25:03, another with its day; exact: with milliseconds. */
  time(iso, { exact = false } = {}) {
    const isToday = new Date().toDateString() === new Date(iso ?? NaN).toDateString();
    const text = this.#date(iso, { dateStyle: isToday ? undefined : "medium", timeStyle: "medium" });
    return exact ? `${text}.${String(new Date(iso).getMilliseconds()).padStart(3, "0")}` : text;
  }

  /** 17:25, for axes; precise: 17:25:03. */
  clock(iso, precise = false) {
    return this.#date(iso, { hour: "2-digit", minute: "2-digit", second: precise ? "2-digit" : undefined });
  }

  #date(iso, options) {
    const date = new Date(iso ?? NaN);
    const format = new Intl.DateTimeFormat(this.#language, { ...options, hourCycle: "h23" });
    return Number.isNaN(date.getTime()) ? UNKNOWN : format.format(date);
  }

  /** How long ago something was at another time, in whole seconds, on the service's clock. */
  age(earlier, later) {
    const seconds = (Date.parse(later) - Date.parse(earlier)) / 1_000;
    return this.duration(Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : null);
  }

  #unit(unit, value, digits = 0) {
    const short = this.#language === "en" && SHORT_UNITS[unit];
    return short && isKnown(value)
      ? `${this.number(value, digits)} ${short}`
      : this.#known(value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits });
  }

  #known(value, options) {
    const key = JSON.stringify(options);
    if (!this.#formats.has(key)) {
      this.#formats.set(key, new Intl.NumberFormat(this.#language, options));
    }
    return isKnown(value) ? this.#formats.get(key).format(value) : UNKNOWN;
  }
}

export function isKnown(value) {
  return typeof value === "number" && Number.isFinite(value);
}

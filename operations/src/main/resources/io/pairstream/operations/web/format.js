// Numbers, bytes, durations and times as people read them. What is not known is a dash, never 0.

export const UNKNOWN = "–";

const DURATIONS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** As the service writes them; other languages have their own way. */
const SHORT_UNITS = {
  en: { day: "d", hour: "h", minute: "min", second: "s", millisecond: "ms", byte: "B" },
};

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export class Format {
  #language;
  #formats = new Map();

  constructor(language) {
    this.#language = language;
  }

  /** 1204 → 1,204. */
  number(value, digits = 0) {
    return isKnown(value) ? this.#format({ maximumFractionDigits: digits }).format(value) : UNKNOWN;
  }

  /** 1234567 → 1.2M, for places where a long number would not fit. */
  compact(value) {
    if (!isKnown(value)) {
      return UNKNOWN;
    }
    return Math.abs(value) < 10_000
      ? this.number(value, Math.abs(value) < 10 ? 1 : 0)
      : this.#format({ notation: "compact", maximumFractionDigits: 1 }).format(value);
  }

  /** 12.345 → 12.3/s. */
  rate(value) {
    if (!isKnown(value)) {
      return UNKNOWN;
    }
    const digits = Math.abs(value) < 0.1 ? 3 : Math.abs(value) < 1 ? 2 : Math.abs(value) < 100 ? 1 : 0;
    return this.#format({ maximumFractionDigits: digits }).format(value) + "/s";
  }

  /** 3100000 → 3.1 MB. */
  bytes(value) {
    if (!isKnown(value)) {
      return UNKNOWN;
    }
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
    if (!isKnown(seconds)) {
      return UNKNOWN;
    }
    if (Math.abs(seconds) < 1 && seconds !== 0) {
      return this.milliseconds(seconds * 1_000);
    }
    if (Math.abs(seconds) < 60) {
      return this.#unit("second", seconds, Math.abs(seconds) < 10 ? 1 : 0);
    }
    const whole = Math.round(seconds);
    const first = DURATIONS.findIndex(([, length]) => whole >= length);
    const [unit, length] = DURATIONS[first];
    const parts = [this.#unit(unit, Math.floor(whole / length))];
    const rest = DURATIONS[first + 1];
    const more = Math.floor((whole % length) / rest[1]);
    if (more > 0) {
      parts.push(this.#unit(rest[0], more));
    }
    return parts.join(" ");
  }

  milliseconds(value) {
    if (!isKnown(value)) {
      return UNKNOWN;
    }
    return Math.abs(value) >= 1_000
      ? this.duration(value / 1_000)
      : this.#unit("millisecond", value, Math.abs(value) < 0.1 ? 2 : Math.abs(value) < 10 ? 1 : 0);
  }

  /** 0.031 → 3.1%. */
  share(value) {
    return isKnown(value)
      ? this.#format({ style: "percent", maximumFractionDigits: value < 0.1 ? 1 : 0 }).format(value)
      : UNKNOWN;
  }

  /** A time of today as 17:25:03, another with its day; exact: with milliseconds. */
  time(iso, { exact = false } = {}) {
    const date = new Date(iso ?? NaN);
    if (Number.isNaN(date.getTime())) {
      return UNKNOWN;
    }
    const today = new Date().toDateString() === date.toDateString();
    const text = new Intl.DateTimeFormat(this.#language, {
      dateStyle: today ? undefined : "medium",
      timeStyle: "medium",
      hourCycle: "h23",
    }).format(date);
    return exact ? `${text}.${String(date.getMilliseconds()).padStart(3, "0")}` : text;
  }

  /** 17:25, for axes; precise: 17:25:03. */
  clock(iso, precise = false) {
    const date = new Date(iso ?? NaN);
    return Number.isNaN(date.getTime())
      ? UNKNOWN
      : new Intl.DateTimeFormat(this.#language, {
          hour: "2-digit",
          minute: "2-digit",
          second: precise ? "2-digit" : undefined,
          hourCycle: "h23",
        }).format(date);
  }

  /** How long ago something was at another time, in whole seconds. */
  age(earlier, later) {
    const seconds = this.secondsBetween(earlier, later);
    return this.duration(seconds === null ? null : Math.round(seconds));
  }

  /** Seconds between two times, on the service's clock; null where one is not known. */
  secondsBetween(earlier, later) {
    const seconds = (Date.parse(later) - Date.parse(earlier)) / 1_000;
    return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
  }

  #unit(unit, value, digits = 0) {
    const short = SHORT_UNITS[this.#language]?.[unit];
    if (short) {
      return `${this.number(value, digits)} ${short}`;
    }
    return this.#format({
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  }

  #format(options) {
    const key = JSON.stringify(options);
    if (!this.#formats.has(key)) {
      this.#formats.set(key, new Intl.NumberFormat(this.#language, options));
    }
    return this.#formats.get(key);
  }
}

export function isKnown(value) {
  return typeof value === "number" && Number.isFinite(value);
}

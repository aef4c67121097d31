package io.pairstream.service.rejection;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Measured.Bound;
import io.pairstream.schemas.Measurement;
import java.util.Arrays;

/** Grounds of rejections in the records of the wire. */
public final class Measurements {

  private Measurements() {}

  /** The part of a record; null where nothing was measured. */
  public static Measurement record(Measured by) {
    return by.equals(Measured.NONE)
        ? null
        : new Measurement(
            by.measure(),
            by.value(),
            by.bound().name(),
            by.limit(),
            by.unit(),
            by.found(),
            by.allowed(),
            by.translations());
  }

  /**
   * Reads the part of a record.
   *
   * @param part null where nothing was measured; a bound that this version does not know is none
   */
  public static Measured read(Measurement part) {
    if (part == null) {
      return Measured.NONE;
    }
    Bound bound =
        Arrays.stream(Bound.values())
            .filter(known -> known.name().equals(part.getBound()))
            .findFirst()
            .orElse(Bound.NONE);
    return new Measured(
        part.getMeasure(),
        part.getValue(),
        bound,
        part.getLimit(),
        part.getUnit(),
        part.getFound(),
        part.getAllowed(),
        part.getTranslations());
  }
}

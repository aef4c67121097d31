package io.pairstream.chaos.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What outputs hold of each source picture: all of one picture hold the same pixels, and where some
 * do not, what most hold is right. The load has a few dozen pictures; its images differ in a
 * comment beside them.
 */
final class Pictures {

  private final Map<Long, Map<Long, Variant>> pictures = new LinkedHashMap<>();

  /** Outputs that hold the same of one picture. */
  private static final class Variant {
    long count;
    final List<Long> sites = new ArrayList<>();
  }

  /** Gets an output, and one that holds of the same picture what most do. */
  interface Odd {
    void accept(long site, long right);
  }

  void add(long picture, long pixels, long site) {
    Variant variant =
        pictures
            .computeIfAbsent(picture, each -> new LinkedHashMap<>())
            .computeIfAbsent(pixels, each -> new Variant());
    variant.count++;
    if (variant.sites.size() < Breaches.KEPT) {
      variant.sites.add(site);
    }
  }

  /** Tells the first few outputs of each kind that hold otherwise than most of their picture. */
  void odd(Odd each) {
    for (Map<Long, Variant> variants : pictures.values()) {
      Variant right =
          variants.values().stream()
              .max(Comparator.comparingLong(variant -> variant.count))
              .orElseThrow();
      variants.values().stream()
          .filter(variant -> variant != right)
          .forEach(variant -> variant.sites.forEach(site -> each.accept(site, right.sites.get(0))));
    }
  }
}

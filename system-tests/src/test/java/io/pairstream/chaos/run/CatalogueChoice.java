package io.pairstream.chaos.run;

import io.pairstream.chaos.cluster.PlatformProcess;
import io.pairstream.chaos.faults.Fault;
import io.pairstream.chaos.faults.FaultCatalogue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** All faults of the catalogue. */
final class CatalogueChoice implements FaultChoice {

  private final FaultCatalogue catalogue;
  private final Supplier<List<PlatformProcess>> processes;
  private final Map<String, String> impossible = new LinkedHashMap<>();

  CatalogueChoice(FaultCatalogue catalogue, Supplier<List<PlatformProcess>> processes) {
    this.catalogue = catalogue;
    this.processes = processes;
    for (Fault fault : catalogue.all(new SplittableRandom(0))) {
      fault.impossible().ifPresent(why -> impossible.put(fault.kind(), why));
    }
  }

  @Override
  public List<String> possible() {
    return catalogue.kinds().stream().filter(kind -> !impossible.containsKey(kind)).toList();
  }

  @Override
  public Map<String, String> impossible() {
    return Collections.unmodifiableMap(impossible);
  }

  @Override
  public List<String> endedByThemselves() {
    return processes.get().stream()
        .filter(PlatformProcess::endedByItself)
        .map(PlatformProcess::name)
        .toList();
  }

  @Override
  public Fault next(String kind, SplittableRandom random) {
    return catalogue.next(kind, random);
  }
}

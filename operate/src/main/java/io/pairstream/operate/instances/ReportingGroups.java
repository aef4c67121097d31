package io.pairstream.operate.instances;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.Durations;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.schemas.topics.Dataset;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Groups of the platform's own beside the reports of their processes. A group is not said to keep
 * up while each of its processes is silent or reports an obstacle. A silent process that holds
 * partitions is named, else the obstacle of those who hold the worst one, or of all.
 *
 * @param instances the processes
 * @param now when the groups were looked at
 */
public record ReportingGroups(List<Instance> instances, Dataset dataset, Instant now)
    implements UnaryOperator<GroupLag> {

  @Override
  public GroupLag apply(GroupLag group) {
    String service = service(group);
    List<Instance> speaking = speaking(service);
    boolean isHeldUp =
        speaking.isEmpty()
            ? of(service).findAny().isPresent()
            : speaking.stream().noneMatch(each -> each.status().getObstacles().isEmpty());
    boolean isStarting = !speaking.isEmpty() && isStarting(service);
    GroupLag judged = isHeldUp ? group.waiting(isStarting) : group;
    GroupLag known = putOff(speaking).map(judged::noting).orElse(judged);
    String worst =
        group.worstPartition().map(each -> each.topic() + "-" + each.partition()).orElse("");
    Optional<Sentence> obstacle =
        speaking.stream()
            .filter(each -> isHeldUp || each.status().getAssigned().contains(worst))
            .filter(each -> !each.status().getObstacles().isEmpty())
            .findFirst()
            .map(each -> Template.SERVICE_WAITS.with(service, each.obstacle()));
    return silences(service).findFirst().or(() -> obstacle).map(known::because).orElse(known);
  }

  /** Links that processes have put off, and until when the first of them is; empty without any. */
  static Optional<Sentence> putOff(List<Instance> processes) {
    List<Instance> waiting =
        processes.stream()
            .filter(each -> each.value("links_next_due_timestamp_seconds") > 0)
            .toList();
    return waiting.stream()
        .map(each -> each.value("links_next_due_timestamp_seconds"))
        .min(Comparator.naturalOrder())
        .map(
            next ->
                Template.PUT_OFF.with(
                    waiting.stream().mapToLong(each -> (long) each.value("links_not_due")).sum(),
                    Durations.timeToTheSecond(Instant.ofEpochSecond(next.longValue()))));
  }

  /** Whether all processes of a service have just started, or none has reported anything yet. */
  boolean isStarting(String service) {
    return speaking(service).stream()
        .allMatch(each -> each.status().getStartedAt().plus(LagWatcher.START).isAfter(now));
  }

  /**
   * Sentences about a service's processes that are silent and hold partitions which no other has
   * taken over; of the newest one where all are silent.
   */
  Stream<Sentence> silences(String service) {
    Set<String> taken = new HashSet<>();
    List<Instance> speaking = speaking(service);
    speaking.forEach(each -> taken.addAll(each.status().getAssigned()));
    // Who is asked answers, so only its reports are missing.
    List<Instance> silent =
        of(service).filter(each -> each.silent() && !service.equals("operate")).toList();
    List<Instance> holding =
        silent.stream().filter(each -> !taken.containsAll(each.status().getAssigned())).toList();
    Stream<Instance> newest = silent.stream().max(Comparator.comparing(Instance::heardAt)).stream();
    return (holding.isEmpty() && speaking.isEmpty() ? newest : holding.stream())
        .map(Instance::silence);
  }

  private Stream<Instance> of(String service) {
    return instances.stream().filter(each -> each.service().equals(service));
  }

  private List<Instance> speaking(String service) {
    return of(service).filter(each -> !each.silent()).toList();
  }

  /** The service of a group of the platform's, which is called by it. */
  private String service(GroupLag group) {
    String ours = dataset.name() + "-";
    return dataset.scoreGroupIn(group.group()).isPresent()
        ? "score"
        : List.of(dataset.indexGroup(), dataset.lookUpGroup()).contains(group.group())
            ? "preprocess"
            : group.group().startsWith(ours) ? group.group().substring(ours.length()) : "";
  }
}

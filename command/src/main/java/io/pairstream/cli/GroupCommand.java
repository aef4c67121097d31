package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.groups.GroupRefusedException;
import io.pairstream.operations.groups.Move;
import io.pairstream.operations.groups.MoveGroups;
import io.pairstream.operations.groups.ResetPlan;
import io.pairstream.operations.groups.ResetTarget;
import io.pairstream.operations.lag.GroupMember;
import io.pairstream.operations.sentence.Template;
import io.pairstream.service.publish.BrokerUnavailableException;
import io.pairstream.service.publish.MissingTopicException;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream group}: where a consumer group reads on. */
@Command(
    name = "group",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {GroupCommand.Reset.class, GroupCommand.Undo.class})
final class GroupCommand {

  /** What the subcommands share: the plan shown, the move, and how refusals are told. */
  abstract static class OnGroups implements Callable<Integer> {

    @Mixin private ClusterOptions options;

    @Spec private CommandSpec spec;

    @Option(names = {"--plan", "--dry-run"})
    private boolean planOnly;

    abstract ResetPlan plan(MoveGroups groups);

    /** What it is called in the audit trail. */
    abstract String actionName();

    /** It in a sentence, for that record. */
    abstract String detail();

    /** The command line that does it. */
    abstract String command();

    @Override
    public final Integer call() {
      Clock clock = Clock.systemUTC();
      MoveGroups groups = new MoveGroups(new ClusterAccess(options.cluster()), clock);
      PrintWriter out = spec.commandLine().getOut();
      try {
        ResetPlan plan = plan(groups);
        Optional<String> actionId = Optional.empty();
        if (!planOnly && plan.changes()) {
          actionId =
              Optional.of(
                  groups
                      .move(plan, actionName(), System.getProperty("user.name"), detail())
                      .actionId());
        }
        if (options.json()) {
          out.println(json(plan, actionId));
        } else {
          print(plan, actionId, out);
        }
        return ExitStatus.DONE;
      } catch (GroupRefusedException | BrokerUnavailableException | MissingTopicException e) {
        spec.commandLine().getErr().println(TerminalText.plain("pairstream: " + e.getMessage()));
        return ExitStatus.COULD_NOT;
      }
    }

    ParameterException wrong(String message) {
      return new ParameterException(spec.commandLine(), message);
    }

    private void print(ResetPlan plan, Optional<String> actionId, PrintWriter out) {
      GroupTable.print(plan, planOnly, out);
      plan.notes().forEach(note -> out.println("note: " + TerminalText.plain(note)));
      String group = TerminalText.plain(plan.group());
      if (!plan.changes()) {
        out.println("group " + group + " is there already; nothing changes");
      } else if (actionId.isPresent()) {
        out.println("group " + group + " reads on from there; to go back:");
        out.println("  " + TerminalText.plain(options.hint("group undo " + actionId.get())));
      } else {
        out.println("nothing is changed yet; to do it:");
        out.println("  " + TerminalText.plain(options.hint(command())));
        if (!plan.members().isEmpty()) {
          out.println("which needs the group to be empty; in it now: " + GroupTable.members(plan));
        }
      }
    }

    private ObjectNode json(ResetPlan plan, Optional<String> actionId) {
      ObjectNode object = new JsonMapper().createObjectNode();
      object
          .put("group", plan.group())
          .put("type", plan.type().toString().toLowerCase(Locale.ROOT))
          .put("plan", planOnly)
          .put("changes", plan.changes())
          .put("again", plan.again())
          .put("skipped", plan.skipped());
      put(object, "again_bytes", plan.againBytes());
      put(object, "skipped_bytes", plan.skippedBytes());
      object
          .put("since", plan.since().map(Object::toString).orElse(null))
          .put("action_id", actionId.orElse(null))
          .put("undo", actionId.map(id -> options.hint("group undo " + id)).orElse(null));
      ArrayNode members = object.putArray("members");
      for (GroupMember member : plan.members()) {
        members.addObject().put("client_id", member.clientId()).put("host", member.host());
      }
      ArrayNode notes = object.putArray("notes");
      plan.notes().forEach(notes::add);
      ArrayNode partitions = object.putArray("partitions");
      for (Move move : plan.moves()) {
        ObjectNode partition =
            partitions
                .addObject()
                .put("topic", move.partition().topic())
                .put("partition", move.partition().partition());
        put(partition, "old_offset", move.from());
        put(partition, "new_offset", move.to());
        put(partition, "asked_offset", move.outOfReach());
        partition
            .put("log_start", move.logStart())
            .put("end", move.end())
            .put("again", move.again())
            .put("skipped", move.skipped());
        put(partition, "bytes", move.bytes());
        partition.put("since", move.since().map(Object::toString).orElse(null));
      }
      return object;
    }

    private static void put(ObjectNode object, String name, OptionalLong number) {
      if (number.isPresent()) {
        object.put(name, number.getAsLong());
      } else {
        object.putNull(name);
      }
    }
  }

  /** {@code pairstream group reset}: reads on from another place. */
  @Command(name = "reset")
  static final class Reset extends OnGroups {

    private static final Pattern PART = Pattern.compile("([^:]+)(?::(\\d{1,9}))?");

    @Parameters(paramLabel = "GROUP")
    private String group;

    @Option(names = "--to", required = true, paramLabel = "WHERE")
    private String to;

    @Option(names = "--topic", paramLabel = "TOPIC[:PARTITION]")
    private String topic;

    @Override
    ResetPlan plan(MoveGroups groups) {
      return groups.plan(group, target(), part());
    }

    private ResetTarget target() {
      try {
        return ResetTarget.parse(to, Clock.systemUTC());
      } catch (IllegalArgumentException e) {
        throw wrong("--to " + e.getMessage());
      }
    }

    private Optional<MoveGroups.Part> part() {
      if (topic == null) {
        return Optional.empty();
      }
      Matcher matcher = PART.matcher(topic);
      if (!matcher.matches()) {
        throw wrong("--topic must be TOPIC or TOPIC:PARTITION; was '" + topic + "'");
      }
      return Optional.of(
          new MoveGroups.Part(
              matcher.group(1),
              matcher.group(2) == null
                  ? OptionalInt.empty()
                  : OptionalInt.of(Integer.parseInt(matcher.group(2)))));
    }

    @Override
    String actionName() {
      return "group.reset";
    }

    @Override
    String detail() {
      return (topic == null ? Template.RESET_TO.with(to) : Template.RESET_ON.with(to, topic))
          .text();
    }

    @Override
    String command() {
      return "group reset " + group + " --to " + to + (topic == null ? "" : " --topic " + topic);
    }
  }

  /** {@code pairstream group undo}: back to where the group was. */
  @Command(name = "undo")
  static final class Undo extends OnGroups {

    @Parameters(paramLabel = "ACTION_ID")
    private String actionId;

    @Override
    ResetPlan plan(MoveGroups groups) {
      return groups.planUndo(actionId);
    }

    @Override
    String actionName() {
      return "group.undo";
    }

    @Override
    String detail() {
      return Template.BACK_TO.with(actionId).text();
    }

    @Override
    String command() {
      return "group undo " + actionId;
    }
  }

  private GroupCommand() {}

  /** A plan as a person reads it. */
  private static final class GroupTable {

    private static final String ROW = "%-34s %12s %12s  %s%n";

    static void print(ResetPlan plan, boolean planOnly, PrintWriter out) {
      out.printf(ROW, "PARTITION", "NOW AT", planOnly ? "THEN AT" : "SET TO", "RECORDS");
      for (Move move : plan.moves()) {
        out.printf(
            ROW,
            TerminalText.fit(move.partition().toString(), 34),
            offset(move.from()),
            offset(move.to()),
            records(move));
        if (move.outOfReach().isPresent()) {
          out.println(
              "  the log holds "
                  + move.logStart()
                  + " to "
                  + move.end()
                  + ", not "
                  + move.outOfReach().getAsLong());
        }
      }
      String would = planOnly ? "would be" : "are";
      if (plan.again() > 0) {
        out.println(
            TerminalText.count(plan.again())
                + " records "
                + would
                + " read again"
                + about(plan.againBytes()));
      }
      if (plan.skipped() > 0) {
        out.println(
            TerminalText.count(plan.skipped())
                + " records "
                + (planOnly ? "would" : "will")
                + " never be read"
                + about(plan.skippedBytes()));
      }
      plan.since()
          .ifPresent(
              time -> out.println("the first is of " + time.truncatedTo(ChronoUnit.SECONDS)));
    }

    static String members(ResetPlan plan) {
      return TerminalText.plain(
          String.join(
              ", ",
              plan.members().stream()
                  .map(member -> member.clientId() + " at " + member.host().replaceFirst("^/", ""))
                  .toList()));
    }

    private static String offset(OptionalLong offset) {
      return offset.isPresent() ? String.valueOf(offset.getAsLong()) : "never";
    }

    private static String records(Move move) {
      if (move.again() > 0) {
        return TerminalText.count(move.again()) + " again";
      } else if (move.skipped() > 0) {
        return TerminalText.count(move.skipped()) + " skipped";
      }
      return "-";
    }

    private static String about(OptionalLong bytes) {
      return bytes.isPresent() ? ", about " + Quantity.bytes(bytes.getAsLong()) : "";
    }
  }
}

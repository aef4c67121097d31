package io.pairstream.chaos.run;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The figures of a run, for programs; the time line itself is a file of its own. */
final class JsonReport {

  private JsonReport() {}

  static String of(RunResult run) {
    ObjectNode report =
        new JsonMapper()
            .createObjectNode()
            .put("passed", run.passed())
            .put("verdict", run.verdict())
            .put("seed", run.settings().seed())
            .put("command", run.command())
            .put("machine", run.machine())
            .put("began", run.began().toString());
    ObjectNode phases = report.putObject("seconds");
    run.phases().forEach((phase, took) -> phases.put(phase, took.toMillis() / 1e3));
    ArrayNode checks = report.putArray("checks");
    for (Check check : run.checks()) {
      checks
          .addObject()
          .put("promise", check.promise())
          .put("seen", check.seen())
          .put("kept", check.kept());
    }
    ObjectNode accounts = report.putObject("accounts");
    run.accounts().figures().forEach(accounts::put);
    ArrayNode differences = report.putArray("differences");
    run.accounts().differences().forEach(differences::add);
    ObjectNode impossible = report.putObject("impossible");
    run.impossible().forEach(impossible::put);
    ArrayNode faults = report.putArray("faults");
    run.events().forEach(event -> faults.add(Timeline.line(event)));
    ArrayNode notes = report.putArray("notes");
    run.notes().forEach(notes::add);
    return report.toPrettyString() + "\n";
  }
}

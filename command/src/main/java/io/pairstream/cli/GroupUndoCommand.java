package io.pairstream.cli;

import io.pairstream.operations.groups.MoveGroups;
import io.pairstream.operations.groups.ResetPlan;
import io.pairstream.operations.sentence.Template;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pairstream group undo}: back to where the group was. */
@Command(name = "undo")
final class GroupUndoCommand extends GroupMove {

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

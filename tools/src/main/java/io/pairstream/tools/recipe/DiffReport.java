package io.pairstream.tools.recipe;

import io.pairstream.cleaning.plan.RecipeChange.Values;
import io.pairstream.tools.recipe.Groups.Example;
import io.pairstream.tools.recipe.Groups.Group;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Comparison of a recipe's verdicts with those of the recipe that judged the pairs.
 *
 * @param before version of the recipe that judged
 * @param after version of the other one
 * @param keys that differ
 * @param pairs how many are compared: those below but {@code leftOut}
 * @param kept published under both, the same
 * @param changed published under both; by what differs first
 * @param lost published, and would be rejected; by the reason
 * @param gained rejected, and would be published; by the reason
 * @param stillRejected rejected by both for the same reason
 * @param otherReason rejected by both; by the reasons
 * @param crashed how many of all would be rejected because a step fails
 * @param judgedAgain how many were judged from their bytes
 * @param leftOut how many are not compared, by why
 */
public record DiffReport(
    String before,
    String after,
    SortedMap<String, Values> keys,
    long pairs,
    long kept,
    List<Group<Example>> changed,
    List<Group<Example>> lost,
    List<Group<Example>> gained,
    long stillRejected,
    List<Group<Example>> otherReason,
    long crashed,
    long judgedAgain,
    Map<String, Long> leftOut) {

  /**
   * A pair's outcome under the other recipe.
   *
   * @param was the reason for which it is rejected; empty for a published one
   * @param becomes the reason for which it would be rejected; empty for one that would be published
   * @param changed what would differ first in one that is published under both; empty for nothing
   * @param example empty where there are enough
   */
  public record Prediction(
      String pairId, String was, String becomes, String changed, Optional<Example> example) {}
}

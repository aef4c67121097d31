package io.pairstream.cleaning.plan;

import io.pairstream.cleaning.KeyEffect;
import io.pairstream.cleaning.Step;

/**
 * One key of a recipe, as a part of the plan reads it.
 *
 * @param stage stage of the part, as in {@link CleaningPlan.PlannedStep}
 * @param effect what a change of the key does to pairs
 * @param step step that reads the key; a step that keeps everything where the part is none
 */
record KeyUse(String key, String stage, KeyEffect effect, Step<?, ?> step) {}

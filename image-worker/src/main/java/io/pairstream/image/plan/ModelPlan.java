package io.pairstream.image.plan;

import java.util.List;

/**
 * Work of a model's process for all its life.
 *
 * @param file path of the model
 * @param files paths of all files of the card
 * @param threads threads that run it; 1 to 64
 * @param outputs what is taken
 * @param task what is done with a question
 */
public record ModelPlan(
    String file, List<String> files, int threads, List<ModelOutput> outputs, ModelTask task) {}

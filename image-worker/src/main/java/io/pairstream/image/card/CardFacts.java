package io.pairstream.image.card;

import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.image.plan.ModelOutput;
import java.time.Duration;
import java.util.List;

/**
 * Facts that cards of every kind have.
 *
 * @param name name of the card: 1 to 40 characters a to z, 0 to 9, - and _
 * @param files the model, and whatever else its process reads, with what they hold; none behind an
 *     API
 * @param licence licence of the weights
 * @param source where the file comes from, in words or as an address
 * @param digest lower-case hex SHA-256 of all that an answer depends on: the files, and the card
 *     but for name, licence, source, batch, time and {@code rendition}
 * @param outputs what is taken; at least one, each name once
 * @param batch most questions that are run at a time; 1 to 64
 * @param perQuestion processor time that a question may take, or time for a whole call of an API;
 *     more than zero
 * @param rendition which picture of a pair is shown; empty for the main one
 * @param writesPairs whether each text that the model writes becomes a pair of the picture, too
 */
public record CardFacts(
    String name,
    List<NamedFile> files,
    String licence,
    String source,
    String digest,
    List<ModelOutput> outputs,
    int batch,
    Duration perQuestion,
    String rendition,
    boolean writesPairs) {

  public CardFacts {
    files = List.copyOf(files);
    outputs = List.copyOf(outputs);
  }

  /** Lower-case hex SHA-256 of the model; empty where it is behind an API. */
  public String sha256() {
    return files.isEmpty() ? "" : files.get(0).sha256();
  }
}

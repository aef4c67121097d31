package io.pairstream.image.card;

import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cleaning.tokens.TokenText;
import io.pairstream.image.plan.CaptionDecoding;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.plan.TextReading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A model, what it is shown, and what is taken of what it says.
 *
 * @param name name of the card: 1 to 40 characters a to z, 0 to 9, - and _
 * @param kind what runs the model
 * @param file the model; absolute; empty where it is behind an API
 * @param sha256 lower-case hex SHA-256 of that file; empty where there is none
 * @param weights files that graphs keep weights in, beside their own
 * @param licence licence of the weights
 * @param source where the file comes from, in words or as an address
 * @param digest lower-case hex SHA-256 of all that an answer depends on: the file, and the card but
 *     for name, licence, source, batch, time and {@code rendition}
 * @param picture how a picture is shown; null where the model sees none
 * @param caption how a caption is shown; null where the model sees none
 * @param outputs what is taken; at least one, each name once
 * @param batch most questions that are run at a time; 1 to 64
 * @param perQuestion processor time that a question may take; more than zero
 * @param rendition which picture of a pair is shown; empty for the main one
 * @param api how an API is asked; null where the model is a file
 * @param reading how text is found and read; null where the model reads none
 * @param decoding how a caption is written; null where the model is a file that writes none
 * @param words what the ids of {@code decoding} stand for; null where there is none
 * @param writesPairs whether each text that the model writes becomes a pair of the picture, too
 */
public record ModelCard(
    String name,
    Kind kind,
    Path file,
    String sha256,
    List<NamedFile> weights,
    String licence,
    String source,
    String digest,
    PictureInput picture,
    CaptionInput caption,
    List<ModelOutput> outputs,
    int batch,
    Duration perQuestion,
    String rendition,
    ApiCall api,
    TextReading reading,
    CaptionDecoding decoding,
    TokenText words,
    boolean writesPairs) {

  public ModelCard {
    weights = List.copyOf(weights);
    outputs = List.copyOf(outputs);
  }

  /** Runtime of a model. */
  public enum Kind {
    /** ONNX Runtime. */
    ONNX,
    /** OpenCV's classifier by a cascade, Haar or LBP; sees a picture alone. */
    CASCADE,
    /** Two graphs of ONNX Runtime, one that finds lines of text and one that reads them. */
    OCR,
    /** Two graphs of ONNX Runtime, one that sees a picture and one that writes a text of it. */
    CAPTIONER,
    /** An API that speaks as OpenAI's does; sees a picture alone, and writes a text. */
    API
  }

  /**
   * Reads a card and finds the files that it names.
   *
   * @throws InvalidCardException with everything that is wrong with it
   * @throws IOException where the card cannot be read
   */
  public static ModelCard read(Path yaml) throws IOException {
    return CardReader.read(yaml);
  }

  /** The files that a process needs to run the model, and what they hold; none of an API's. */
  public List<NamedFile> files() {
    if (kind == Kind.API) {
      return List.of();
    }
    List<NamedFile> files = new ArrayList<>(weights);
    files.add(new NamedFile(file, sha256));
    if (reading != null) {
      files.add(new NamedFile(Path.of(reading.recognition()), reading.recognitionSha256()));
      files.add(new NamedFile(Path.of(reading.dictionary()), reading.dictionarySha256()));
    }
    if (decoding != null) {
      files.add(new NamedFile(Path.of(decoding.decoder()), decoding.decoderSha256()));
    }
    return files;
  }

  /** Whether the model is shown a picture. */
  public boolean seesPicture() {
    return picture != null;
  }

  /** Whether the model is shown a caption. */
  public boolean seesCaption() {
    return caption != null;
  }
}

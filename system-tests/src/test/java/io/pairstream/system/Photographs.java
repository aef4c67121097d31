package io.pairstream.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;

/**
 * Pictures with captions, by number: photographs of a folder that somebody names, drawn scenes
 * where nobody does. No two numbers make the same pair.
 */
final class Photographs {

  /**
   * A folder with {@code captions.jsonl}: on each line {@code file}, {@code captions}, and where
   * known {@code captions_zh}, {@code licence} and {@code source_url}.
   */
  private static final String FOLDER = "pairstream.photographs";

  private final Optional<Path> folder;
  private final List<JsonNode> lines;

  private Photographs(Optional<Path> folder, List<JsonNode> lines) {
    this.folder = folder;
    this.lines = lines;
  }

  static Photographs open() throws IOException {
    Optional<Path> folder = Optional.ofNullable(System.getProperty(FOLDER)).map(Path::of);
    List<JsonNode> lines = new ArrayList<>();
    if (folder.isPresent()) {
      for (String line : Files.readAllLines(folder.get().resolve("captions.jsonl"))) {
        lines.add(new JsonMapper().readTree(line));
      }
    }
    return new Photographs(folder, lines);
  }

  /** The JPEG file of that number. */
  byte[] jpeg(int number) {
    if (lines.isEmpty()) {
      return DrawnScenes.jpeg(number, 640);
    }
    try {
      return Files.readAllBytes(folder.orElseThrow().resolve(line(number).get("file").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same picture, its shorter side scaled down to so many pixels. */
  byte[] small(int number, int shorterSidePx) {
    try {
      BufferedImage whole = ImageIO.read(new ByteArrayInputStream(jpeg(number)));
      double scale = shorterSidePx / (double) Math.min(whole.getWidth(), whole.getHeight());
      BufferedImage small =
          new BufferedImage(
              (int) Math.round(whole.getWidth() * scale),
              (int) Math.round(whole.getHeight() * scale),
              BufferedImage.TYPE_INT_RGB);
      Graphics2D pen = small.createGraphics();
      pen.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
      pen.drawImage(whole, 0, 0, small.getWidth(), small.getHeight(), null);
      pen.dispose();
      ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
      ImageIO.write(small, "jpeg", jpeg);
      return jpeg.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it shows, in English. */
  String caption(int number) {
    if (lines.isEmpty()) {
      return DrawnScenes.caption(number);
    }
    JsonNode captions = line(number).get("captions");
    int time = number / lines.size();
    String caption = captions.get(time % captions.size()).asText();
    return time < captions.size() ? caption : caption + " " + time;
  }

  /** What it shows, in Chinese, where somebody said it. */
  Optional<String> chinese(int number) {
    return lines.isEmpty() || number >= lines.size()
        ? Optional.empty()
        : Optional.ofNullable(line(number).path("captions_zh").get(0)).map(JsonNode::asText);
  }

  String licence(int number) {
    return lines.isEmpty() ? "CC BY 4.0" : line(number).path("licence").asText();
  }

  String url(int number) {
    return lines.isEmpty()
        ? "https://pictures.example/album/" + number + ".jpg"
        : line(number).path("source_url").asText();
  }

  private JsonNode line(int number) {
    return lines.get(number % lines.size());
  }
}

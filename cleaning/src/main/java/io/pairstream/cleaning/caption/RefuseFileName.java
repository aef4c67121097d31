package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.Checked;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Switchable;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Turns away captions that are the image file's name.
 *
 * <p>Compared are the caption and the last part of the address or path, whatever the case: with its
 * ending, or without, as long as the caption is one word of a script that puts spaces between
 * words. So {@code sunset-beach-04} under {@code …/sunset-beach-04.jpg} goes; {@code Sunset at the
 * beach} and {@code 海边的日落} stay, even if the file is named after them.
 *
 * <p>Rejects: {@code CAPTION_IS_FILE_NAME}.
 */
public final class RefuseFileName implements Check<ReceivedCaption> {

  /** Longer names are no names that a file system holds. */
  private static final int LONGEST_NAME = 255;

  @Override
  public String inWords() {
    return "turns away captions that are the image's file name";
  }

  @Override
  public Checked<ReceivedCaption> check(ReceivedCaption caption) {
    String text = caption.text();
    String address = caption.fileName();
    if (address.isEmpty() || text.length() > LONGEST_NAME) {
      return Checked.fine(caption);
    }
    String stripped = text.strip();
    String name = name(address);
    if (stripped.isEmpty() || name.isEmpty()) {
      return Checked.fine(caption);
    }
    int dot = name.lastIndexOf('.');
    boolean whole = dot > 0 && stripped.equalsIgnoreCase(name);
    boolean stem =
        stripped.equalsIgnoreCase(dot > 0 ? name.substring(0, dot) : name)
            && stripped.indexOf(' ') < 0
            && ScriptMix.of(stripped).unspaced() == 0;
    Checked<ReceivedCaption> checked = Checked.fine(caption);
    return whole || stem
        ? checked.but(
            RejectReason.CAPTION_IS_FILE_NAME,
            "the caption is the name of the image's file",
            stripped,
            "")
        : checked;
  }

  /** The last part of an address or a path, without query and fragment, unescaped. */
  private static String name(String address) {
    int end = address.length();
    if (address.contains("://")) {
      for (int i = 0; i < address.length() && end == address.length(); i++) {
        if (address.charAt(i) == '?' || address.charAt(i) == '#') {
          end = i;
        }
      }
    }
    int start = Math.max(address.lastIndexOf('/', end - 1), address.lastIndexOf('\\', end - 1)) + 1;
    String name = address.substring(start, Math.max(start, end));
    if (name.length() > 9 * LONGEST_NAME || name.indexOf('%') < 0) {
      return name;
    }
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name; // a per cent sign that is none of an escape
    }
  }

  /**
   * Whether captions are compared with file names.
   *
   * @param refuse whether those that are equal are turned away
   */
  public record Settings(boolean refuse) implements Switchable {

    @Override
    public boolean isOn() {
      return refuse;
    }

    /** Reads {@code caption.file-name}. */
    public static Settings from(RecipeReader recipe) {
      return new Settings(
          recipe.choice("caption.file-name", "reject", "reject", "keep").equals("reject"));
    }
  }
}

package io.pairstream.cleaning.caption;

import io.pairstream.cleaning.Check;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Rejects captions that are the image file's name.
 *
 * <p>Compared are the caption and the last part of the address or path, whatever the case: with its
 * ending, or without, as long as the caption is one word of a script that puts spaces between
 * words. So {@code sunset-beach-04} under {@code …/sunset-beach-04.jpg} goes; {@code Sunset at the
 * beach} and {@code 海边的日落} stay, even if the file is named after them.
 *
 * <p>Rejects: {@code CAPTION_IS_FILE_NAME}.
 */
public final class RefuseFileName implements Check<ReceivedCaption> {

  /** Longest file name, in chars, of common file systems. */
  private static final int LONGEST_NAME = 255;

  private static final Pattern QUERY = Pattern.compile("[?#]");

  private final boolean refuses;

  /** Reads {@code caption.file-name}. */
  public RefuseFileName(RecipeReader recipe) {
    refuses = recipe.isFirst("caption.file-name", "reject", "keep");
  }

  @Override
  public boolean isOn() {
    return refuses;
  }

  @Override
  public String inWords() {
    return "rejects captions that are the image's file name";
  }

  @Override
  public Checked<ReceivedCaption> check(ReceivedCaption caption) {
    String address = caption.fileName();
    boolean comparable = !address.isEmpty() && caption.text().length() <= LONGEST_NAME;
    String text = caption.text().strip();
    Checked<ReceivedCaption> checked = Checked.fine(caption);
    return comparable && !text.isEmpty() && isName(text, name(address))
        ? checked.but(
            RejectReason.CAPTION_IS_FILE_NAME,
            "the caption is the name of the image's file",
            Measured.text(text, ""))
        : checked;
  }

  private static boolean isName(String text, String name) {
    int dot = name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    return (dot > 0 && text.equalsIgnoreCase(name))
        || (text.equalsIgnoreCase(stem)
            && text.indexOf(' ') < 0
            && Letters.of(text).unspaced() == 0);
  }

  /** The last part of an address or a path, without query and fragment, unescaped. */
  private static String name(String address) {
    String path = address.contains("://") ? QUERY.split(address, 2)[0] : address;
    String name = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    if (name.length() > 9 * LONGEST_NAME || name.indexOf('%') < 0) {
      return name;
    }
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name; // a per cent sign that is none of an escape
    }
  }
}

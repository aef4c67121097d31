package io.pairstream.ingest.fetch.web;

/**
 * Who fetches, as hosts are told: {@code Pairstream/VERSION (+contact)}.
 *
 * @param version of this program; letters, digits, dots and hyphens
 * @param contact a web or e-mail address under which a host's owner learns what is done with the
 *     images, and how to object; empty only where nobody's host but our own is asked
 */
public record UserAgent(String version, String contact) {

  /** The name by which a robots.txt or a header addresses us, in lower case. */
  public static final String NAME = "pairstream";

  private static final int MAX_CONTACT_LENGTH = 200;

  public UserAgent {
    if (!version.matches("[A-Za-z0-9.-]{1,40}")) {
      throw new IllegalArgumentException("no version can be told as " + version);
    }
    boolean address = contact.matches("(https?://[^\\s()]+|[^\\s()@]+@[^\\s()@]+\\.[^\\s()@]+)");
    boolean printable = contact.chars().allMatch(c -> c > 0x20 && c < 0x7F);
    if (!contact.isEmpty() && !(address && printable && contact.length() <= MAX_CONTACT_LENGTH)) {
      throw new IllegalArgumentException(
          "a contact is a web address (https://…) or an e-mail address, not " + contact);
    }
  }

  /** The text of the header {@code User-Agent}. */
  public String text() {
    return "Pairstream/" + version + (contact.isEmpty() ? "" : " (+" + contact + ")");
  }
}

package io.pairstream.ingest.fetch.web;

/**
 * An image to be fetched.
 *
 * @param url its address as received; an address that cannot be used is an answer, not an exception
 * @param expectedDigest lower-case hex SHA-256 that the image must have; empty where nobody knows
 */
public record FetchRequest(String url, String expectedDigest) {

  /** An image of which no more is known than its address. */
  public static FetchRequest of(String url) {
    return new FetchRequest(url, "");
  }
}

package io.pairstream.service.http;

/** The HTTP methods that a route may have. A {@code HEAD} is answered as its {@code GET}. */
public enum Method {
  GET,
  POST,
  DELETE
}

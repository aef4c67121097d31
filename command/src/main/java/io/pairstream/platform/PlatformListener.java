package io.pairstream.platform;

/** Hears in sentences what becomes of a platform's processes, from several threads. */
@FunctionalInterface
public interface PlatformListener {

  /** Hears nothing. */
  PlatformListener SILENT = event -> {};

  void told(String event);
}

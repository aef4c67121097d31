package io.pairstream.feed.export;

/** Hears how an export goes on. Called by the exporting thread. */
public interface ExportListener {

  /** So many of the view's samples are dealt with: written, kept or left out. */
  void done(long samples);

  /** A sentence about a shard that is there and is written again. */
  void notice(String sentence);
}

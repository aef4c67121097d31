package io.pairstream.image;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.*;
public final class ImageWorkerPool implements ImageWorker, AutoCloseable {
  public ImageWorkerPool(WorkerSettings s) {}
  public boolean available() { return true; }
  public String sandbox() { return ""; }
  public Outcome<PreparedImage> prepare(ProbedImage i, ImageTarget t) { return null; }
  public void close() {}
}

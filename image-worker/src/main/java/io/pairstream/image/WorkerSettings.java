package io.pairstream.image;
import java.time.Duration;
public record WorkerSettings(String classPath, int workers, Duration deadline) {}

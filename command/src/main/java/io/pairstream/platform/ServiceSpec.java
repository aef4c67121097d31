package io.pairstream.platform;

import java.util.List;

/**
 * One more process for a platform to start, supervise and stop.
 *
 * @param name of the process and of its log file; lower-case letters, digits and hyphens
 * @param mainClass name of the class whose {@code main} runs
 * @param arguments of {@code main}
 * @param classPath what the process loads its classes from
 * @param jvmOptions further options of the Java machine, such as its heap; they come last and win
 * @param readiness when the process counts as started
 */
public record ServiceSpec(
    String name,
    String mainClass,
    List<String> arguments,
    ClassPath classPath,
    List<String> jvmOptions,
    Readiness readiness) {

  /** What a service loads its classes from. */
  public enum ClassPath {
    /** All of the product but the native image libraries. */
    SERVICE,
    /** The same with the native image libraries, for a process that decodes what we encoded. */
    FEED
  }

  public ServiceSpec {
    if (!name.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException(
          "a service's name has lower-case letters, digits and hyphens only, was " + name);
    }
    arguments = List.copyOf(arguments);
    jvmOptions = List.copyOf(jvmOptions);
  }

  /** A service that counts as started once its process runs, with the platform's own options. */
  public static ServiceSpec of(String name, String mainClass, List<String> arguments) {
    return new ServiceSpec(
        name, mainClass, arguments, ClassPath.SERVICE, List.of(), Readiness.onceRunning());
  }

  /** The same service, started once {@code readiness} says so. */
  public ServiceSpec readyWhen(Readiness readiness) {
    return new ServiceSpec(name, mainClass, arguments, classPath, jvmOptions, readiness);
  }

  /** The same service with further options of the Java machine. */
  public ServiceSpec withJvmOptions(String... options) {
    return new ServiceSpec(name, mainClass, arguments, classPath, List.of(options), readiness);
  }
}

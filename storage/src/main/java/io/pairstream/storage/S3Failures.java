package io.pairstream.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Sentences about requests that a store refuses. They have its status and code alone: its own words
 * may repeat parts of the request.
 */
final class S3Failures {

  private static final int NOT_FOUND = 404;
  private static final Set<Integer> DENIED = Set.of(401, 403);

  static boolean isOfExpiredCredentials(SdkException failure) {
    return code(failure).startsWith("ExpiredToken");
  }

  /** The other place to which an answer sends its reader; nothing for any other answer. */
  static Optional<URI> redirect(AwsServiceException failure) {
    return failure.statusCode() / 100 != 3
        ? Optional.empty()
        : Optional.ofNullable(failure.awsErrorDetails())
            .map(AwsErrorDetails::sdkHttpResponse)
            .flatMap(answer -> answer.firstMatchingHeader("Location"))
            .map(URI::create);
  }

  /**
   * An exception whose message is whole. What it follows from is suppressed by it and not its
   * cause, whose words a command would print instead.
   */
  static IOException of(String message, Throwable why) {
    IOException failure = new IOException(message);
    failure.addSuppressed(why);
    return failure;
  }

  /**
   * @param url names the object
   * @param isAnonymous whether there were no credentials to send
   */
  static IOException describe(
      String url, String bucketUrl, boolean isAnonymous, SdkException failure) {
    if (failure instanceof AbortedException) {
      return new InterruptedIOException(url + ": interrupted");
    }
    if (!(failure instanceof AwsServiceException answer)) {
      Throwable root = failure;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      String reason =
          root == failure
              ? failure.rawMessage()
              : "it cannot be reached: "
                  + root.getClass().getSimpleName()
                  + " "
                  + root.getMessage();
      return of(url + ": " + reason, failure);
    }
    String code = code(failure);
    if (code.equals("NoSuchBucket")) {
      return of(bucketUrl + " does not exist", failure);
    }
    if (answer.statusCode() == NOT_FOUND) {
      return new NoSuchObjectException(url);
    }
    if (DENIED.contains(answer.statusCode()) || isOfExpiredCredentials(failure)) {
      return of(
          "%s: access denied%s; %s"
              .formatted(
                  url,
                  code.isEmpty() ? "" : " (" + code + ")",
                  isAnonymous
                      ? "no credentials are set (AWS_PROFILE, AWS_ACCESS_KEY_ID)"
                      : "check the credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID) and that they may"
                          + " list, read and write there"),
          failure);
    }
    Optional<URI> elsewhere = redirect(answer);
    if (elsewhere.isPresent()) {
      return of(
          "%s: the store redirects to %s; set its endpoint (AWS_ENDPOINT_URL_S3) or region (AWS_REGION)"
              .formatted(url, elsewhere.get().getHost()),
          failure);
    }
    return of(
        "%s: the store answers %d %s".formatted(url, answer.statusCode(), code).strip(), failure);
  }

  private static String code(SdkException failure) {
    return failure instanceof AwsServiceException answer
            && answer.awsErrorDetails() != null
            && answer.awsErrorDetails().errorCode() != null
        ? answer.awsErrorDetails().errorCode()
        : "";
  }

  private S3Failures() {}
}

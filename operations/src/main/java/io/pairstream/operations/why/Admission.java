package io.pairstream.operations.why;

import io.pairstream.schemas.Review;
import java.util.List;
import java.util.Optional;

/**
 * What a pair says of the person who let it in.
 *
 * @param reviewId the review that it names
 * @param review what was decided; empty where there is no such review, so that nobody let it in
 * @param waived reasons that did not count against it: as its raw record claims, or, where that is
 *     kept no longer, as the review says
 */
public record Admission(String reviewId, Optional<Review> review, List<String> waived) {}

/**
 * History of pairs and links, for {@code why}, and the count of those that are decided, for {@code
 * import --wait}. Captions, names and addresses of producers are passed on as data and never read
 * as anything else. Knows nothing of the operators' catalogue.
 */
package io.pairstream.curation.history;

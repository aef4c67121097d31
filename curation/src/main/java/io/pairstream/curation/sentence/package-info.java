/**
 * Sentences of the service for people, as templates with arguments: English here, and in the
 * reader's language on the page.
 */
package io.pairstream.curation.sentence;

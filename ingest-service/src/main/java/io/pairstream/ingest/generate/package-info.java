/**
 * Pairs from a text-to-image model: prompts in, generated images out, through an images API that
 * speaks as OpenAI's does. Knows the API and what was asked before; what becomes of a pair it does
 * not.
 */
package io.pairstream.ingest.generate;

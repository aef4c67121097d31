/**
 * The fetcher beside img2dataset's downloader, on the same local hosts: slow ones, failing ones,
 * and ones that never answer.
 */
package io.pairstream.benchmarks.fetch;

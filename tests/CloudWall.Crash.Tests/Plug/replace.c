/* Replaces the file argv[1] as a whole, argv[2] times: a new file, a sync, a rename, and a sync of the directory argv[3]. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments) {
  char temporary[4096];
  if (count != 4) return 2;
  snprintf(temporary, sizeof temporary, "%s.new", arguments[1]);
  for (int left = atoi(arguments[2]); left > 0; left--) {
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600), directory = open(arguments[3], O_RDONLY);
    if (file < 0 || directory < 0 || write(file, "whole\n", 6) != 6 || fsync(file) || close(file)) return 1;
    if (rename(temporary, arguments[1]) || fsync(directory) || close(directory)) return 1;
  }
  return 0;
}

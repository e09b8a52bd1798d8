# Installs what SOURCE/package-lock.json names into DIRECTORY, once for each lock file.
file(SHA256 ${SOURCE}/package-lock.json wanted)
set(stamp ${DIRECTORY}/installed)
if(EXISTS ${stamp})
  file(READ ${stamp} found)
  if(found STREQUAL wanted)
    return()
  endif()
endif()
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json
  DESTINATION ${DIRECTORY})
execute_process(COMMAND npm ci --ignore-scripts --no-audit --no-fund
  WORKING_DIRECTORY ${DIRECTORY} COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${stamp} ${wanted})
